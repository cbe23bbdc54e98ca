import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { faults } from '../src/faults/index.ts';
import { whyNotPlantable } from '../src/run-faults.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FAULTS_MIN = 40;
const SEEDS_MAX = 1_000;

describe('the list of faults', () => {
  it('has many faults with unique ids', () => {
    expect(faults.length).toBeGreaterThanOrEqual(FAULTS_MIN);
    expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
    for (const { id } of faults) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('plants each in shipped or exemplary code that contains its text exactly once', () => {
    for (const { file } of faults)
      expect(file).toMatch(/^((services|packages|examples)\/[\w-]+|tools\/(mo|streams|dead-letters))\/src\/.+\.ts$/);
    const outdated = faults.map((fault) => ({ id: fault.id, why: whyNotPlantable(ROOT, fault) }));
    expect(outdated.filter(({ why }) => why !== null)).toEqual([]);
  });

  it('has an existing check and a consequence for each fault', () => {
    for (const { id, breaks, check } of faults) {
      expect([id, breaks]).toEqual([id, expect.stringMatching(/\w/)]);
      if (check.kind === 'tests') expect([id, existsSync(join(ROOT, check.path))]).toEqual([id, true]);
      else expect(check.seeds).toBeLessThanOrEqual(SEEDS_MAX);
    }
  });
});
