import { keepsLists } from '../books/redis-contract.ts';
import { severalKinds } from './kinds.ts';

keepsLists(severalKinds);
