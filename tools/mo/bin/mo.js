#!/usr/bin/env -S node --conditions=source --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import '@mo/dev-stack/node-version';
import { enableCompileCache } from 'node:module';

enableCompileCache();

await import('../src/main.ts');
