/** Reads the part of Prometheus's text format that `mo status` needs. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a metric; empty if the process does not have it. */
export function samplesOf(text: string, name: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match?.[1] !== name) continue;
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [
      label,
      value,
    ]);
    samples.push({ labels: Object.fromEntries(labels), value: Number(match[3]) });
  }
  return samples;
}

/** The sum of a metric's samples; null if there are none. */
export function sumOf(text: string, name: string): number | null {
  const samples = samplesOf(text, name);
  return samples.length === 0 ? null : samples.reduce((sum, { value }) => sum + value, 0);
}
