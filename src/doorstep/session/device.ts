import bowser from 'bowser';
import type { Device } from './record.ts';

/** @param userAgent As the browser sent it; any text. It is read once, at sign-in, and not kept. */
export function describeDevice(userAgent: string | undefined): Device {
  if (!userAgent) return { name: 'Unknown browser', kind: 'desktop' };
  const { browser, os, platform } = bowser.parse(userAgent.slice(0, 500));
  const name = browser.name || 'Unknown browser';
  const kind = platform.type === 'mobile' || platform.type === 'tablet' ? 'phone' : 'laptop';
  // What it says on the back is what people know it by, not what runs on it.
  const system = platform.vendor === 'Apple' ? (platform.model ?? os.name) : os.name;
  return { name: system ? `${name} on ${system}` : name, kind: browser.name ? kind : 'desktop' };
}
