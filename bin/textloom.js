#!/usr/bin/env node
import '../dist/bundle/textloom.js';
