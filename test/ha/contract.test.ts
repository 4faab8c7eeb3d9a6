import { holdsTheContract } from '../doorstep/redis/contract.ts';
import { severalKinds } from './kinds.ts';

holdsTheContract(severalKinds);
