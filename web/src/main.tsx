import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App } from './app.tsx';
import { isWorthRetrying } from './api.ts';
import { applyTheme, savedTheme } from './ui/theme.ts';
import './styles.css';

applyTheme(savedTheme());

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A browser that thinks it is offline is not asked: the service may be on this machine.
      networkMode: 'always',
      retry: (count, error) => count < 2 && isWorthRetrying(error),
      staleTime: 5000,
      refetchOnWindowFocus: false,
    },
  },
});

const root = document.querySelector('#root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
