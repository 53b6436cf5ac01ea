// What a page in which something is written for a client can do: its text is looked at, and pictures go into it.
import { checks } from './checks.js';
import { pictures } from './pictures.js';

for (const part of [checks, pictures]) part();
