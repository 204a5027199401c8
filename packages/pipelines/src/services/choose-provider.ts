import type { ProviderName } from '@sluice/models';
import { probe } from '../doctor/probe.js';
import { pipelinesErrors } from '../errors.js';
import { providerHelp } from './provider-help.js';

/** What the file may ask for; `auto` leaves the choice to the machine. */
export type AskedProvider = ProviderName | 'auto';

export interface ChosenProvider {
  readonly provider: ProviderName;
  /** For the log. */
  readonly why: string;
}

/** A GPU that is not clearly faster is not worth other bytes, and one that is drawn by software is slower by far. */
const WORTH = 2;

const chosen = new Map<AskedProvider, Promise<ChosenProvider>>();

/**
 * The provider that is to compute. One that is named must work, else `pipelines/NO_PROVIDER`; `auto` takes CUDA, else WebGPU, where it
 * multiplies at least twice as fast as the processor, else the processor. It is tried in a process of its own, once.
 */
export function chooseProvider(asked: AskedProvider): Promise<ChosenProvider> {
  let known = chosen.get(asked);
  if (known === undefined) chosen.set(asked, (known = asked === 'auto' ? fastest() : working(asked)));
  return known;
}

async function working(provider: ProviderName): Promise<ChosenProvider> {
  if (provider === 'cpu') return { provider, why: 'it is the default' };
  const time = await timeOf(provider);
  if ('error' in time) {
    throw pipelinesErrors.NO_PROVIDER({ provider, reason: time.error, help: providerHelp(provider) });
  }
  return { provider, why: 'the pipeline asks for it' };
}

async function fastest(): Promise<ChosenProvider> {
  const processor = await timeOf('cpu');
  const limit = 'error' in processor ? Infinity : processor.milliseconds;
  const against: string[] = [];
  for (const provider of ['cuda', 'webgpu'] as const) {
    const time = await timeOf(provider);
    if ('error' in time) against.push(`${provider}: ${time.error}`);
    else {
      const words = `products of matrices take ${time.milliseconds.toFixed(1)} ms, on the CPU ${limit.toFixed(1)} ms`;
      if (time.milliseconds * WORTH <= limit) return { provider, why: [...against, words].join('; ') };
      against.push(`${provider}: ${words}`);
    }
  }
  return { provider: 'cpu', why: against.join('; ') };
}

async function timeOf(provider: ProviderName): Promise<{ readonly milliseconds: number } | { readonly error: string }> {
  const result = await probe('onnxruntime', provider);
  return 'error' in result ? result : { milliseconds: Number(result.value['milliseconds']) };
}
