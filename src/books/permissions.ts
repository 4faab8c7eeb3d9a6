import type { Purpose } from '../doorstep/denial.ts';

/** What the permissions are for, in the words of the 403 page. */
export const READING: Purpose = {
  heading: 'You can’t see these books yet',
  acting: 'Seeing books',
};
export const ADDING: Purpose = {
  heading: 'You can’t add books yet',
  acting: 'Adding books',
  back: 'Back to Books',
};
