import { during, fromMixer, type Method, type Mixer, withProb } from '@mix/core';
import type { Config } from '../config/config-schema.js';
import { factoryOf } from '../factories/factory-of.js';
import { mixers } from '../factories/mixers.js';

/** The mixer of the section `method`, with its `prob` and `offEpoch`. */
export function createMixer({ method, train }: Pick<Config, 'method' | 'train'>): Mixer {
  const { prob, offEpoch } = method;
  const mixer = factoryOf(mixers, method.mixer).create(method);
  const sometimes = prob < 1 ? withProb(mixer, prob) : mixer;
  return offEpoch > 0 && offEpoch < train.epochs
    ? during(sometimes, { to: offEpoch / train.epochs })
    : sometimes;
}

/** What training optimises, by the section `method`. */
export function createMethod(config: Pick<Config, 'method' | 'train'>): Method {
  const { labelSmoothing } = config.method;
  return fromMixer(createMixer(config), { name: config.method.mixer, labelSmoothing });
}
