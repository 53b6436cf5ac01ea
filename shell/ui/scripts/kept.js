// What a page can do beyond HTML. Everything here is help: without it every page works as it stands.
import '@hotwired/turbo';
import { guard } from './guard.js';
import { keys } from './keys.js';
import { palette } from './palette.js';
import { card } from './card.js';
import { look } from './look.js';
import { toast } from './toast.js';
import { live } from './live.js';
import { refusal } from './refusal.js';
import { rows } from './rows.js';

for (const part of [guard, refusal, look, keys, rows, palette, card, toast, live]) part();
