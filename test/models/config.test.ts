import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/site/config.ts';
import { CLIENT } from '../harness/doorstep.ts';

const needed = {
  LOGTO_ENDPOINT: 'http://localhost:3001',
  LOGTO_APP_ID: CLIENT.id,
  LOGTO_APP_SECRET: CLIENT.secret,
};

describe('F90 HF_MODEL and HF_INFERENCE_ENDPOINT', () => {
  it.each(['Qwen/Qwen3-32B', 'a/b:cheapest', 'meta-llama/Llama-3.1-8B-Instruct:fal-ai'])(
    'take %s',
    (model) => {
      expect(parseConfig({ ...needed, HF_MODEL: model }).models.name).toBe(model);
    },
  );

  it.each(['gpt', 'https://huggingface.co/a/b', 'a/b c', 'a/b/c', 'a/b:'])('refuse %s', (model) => {
    expect(() => parseConfig({ ...needed, HF_MODEL: model })).toThrow(/HF_MODEL must be a model/);
  });

  it.each(['http://models.example.com', 'https://models.example.com/v1', 'models.example.com'])(
    'refuse to send tokens to %s',
    (address) => {
      const environment = { ...needed, HF_INFERENCE_ENDPOINT: address };
      expect(() => parseConfig(environment)).toThrow(/HF_INFERENCE_ENDPOINT must/);
    },
  );
});
