import { kinds } from '../harness/redis-kinds.ts';
import { keepsLists } from './redis-contract.ts';

keepsLists(kinds);
