#!/usr/bin/env node
import '../dist/textloom.js';
