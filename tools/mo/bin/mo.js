#!/usr/bin/env -S node --conditions=source --disable-warning=ExperimentalWarning
import '@mo/dev-stack/node-version';
import { enableCompileCache } from 'node:module';

enableCompileCache();

await import('../src/main.ts');
