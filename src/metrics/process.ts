import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Event-loop delay, garbage collection, memory, CPU. Of the process as a whole, and so made once in
 * it: prom-client never takes its observers away again. They don't keep the process alive.
 */
export const processMetrics = new Registry();
collectDefaultMetrics({ register: processMetrics });
