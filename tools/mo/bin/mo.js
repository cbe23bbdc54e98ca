#!/usr/bin/env -S node --conditions=source --disable-warning=ExperimentalWarning
import '@mo/dev-stack/node-version';

// Imported only now, because a Node.js that is too old does not have it, and would not get to the check.
const { enableCompileCache } = await import('node:module');
enableCompileCache();

await import('../src/main.ts');
