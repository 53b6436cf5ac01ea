// What pages do beside the rest on which somebody signs in, or makes a passkey to sign in with.
import { passkeys } from './passkeys.js';

passkeys();
