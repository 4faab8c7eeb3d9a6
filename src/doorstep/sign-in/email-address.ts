import { z } from 'zod';

/** Of a whole address, UTF-16 units (RFC 5321 section 4.5.3.1.3). */
const MAX_LENGTH = 254;
/** Not what RFC 5322 allows, but what people have; nothing invisible, nothing that turns the text around. */
const FORM = /^[^\s@"<>\p{C}]{1,64}@[^\s@"<>\p{C}]{1,253}$/u;

/** Lower-cased: Logto compares the address of a one-time token character by character. */
export const emailAddress = z
  .string('has to be an e-mail address')
  .toLowerCase()
  .max(MAX_LENGTH, `has to be at most ${MAX_LENGTH} characters long`)
  .regex(FORM, 'has to be an e-mail address');
