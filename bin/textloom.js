#!/usr/bin/env node
import { runCommandLine } from '../dist/bundle/textloom.js';

await runCommandLine(process.argv.slice(2));
