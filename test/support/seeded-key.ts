export { seededKey } from '../../src/exercise/seeded-key.ts';
