export const exerciseTexts = {
  label: 'Exercise',
  about: (title: string, seed: number, strategy: string) => `${title} · seed ${seed} · ${strategy}`,
  play: 'Play',
  pause: 'Pause',
  over: 'It has ended',
  speed: 'Speed',
  asFast: 'as fast as it goes',
  hours: (hours: number) => (hours < 1 ? `${hours * 60} min a second` : `${hours} h a second`),
  progress: (percent: number) => `${percent} % of its time has passed`,
} as const;
