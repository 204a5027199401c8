import { resultMark, type ProbeResult } from '../doctor/probe.js';

const probes: Readonly<Record<string, (word: string) => Promise<Readonly<Record<string, unknown>>>>> = {
  onnxruntime: async (provider) => ({
    ...(await (await import('@sluice/models')).probeProvider(provider)),
  }),
  sharp: async () => (await import('@sluice/data')).probeCodec(),
  models: async () => {
    const { embeddedModel, resolveModelFile } = await import('@sluice/models');
    const found: Record<string, { readonly problem?: string }> = {};
    for (const part of ['encoder', 'decoder'] as const) {
      found[`${embeddedModel} ${part}`] = await resolveModelFile(embeddedModel, part).then(
        () => ({}),
        (error: unknown) => ({ problem: messageOf(error) }),
      );
    }
    return found;
  },
  tfjs: async () => {
    const { describeBackend, findBackend } = await import('@sluice/models');
    const found = await findBackend();
    return { description: describeBackend(found), broken: found.passedOver.some(({ missing }) => !missing) };
  },
};

/** The other side of `probe`: loads what is asked for and prints one marked line. */
export async function runProbe(name: string, word: string): Promise<string> {
  let result: ProbeResult;
  try {
    result = { value: (await probes[name]?.(word)) ?? {} };
  } catch (error) {
    const [first = ''] = messageOf(error).trim().split('\n');
    result = { error: first.replace(sourcePlace, '') };
  }
  return `${resultMark}${JSON.stringify(result)}\n`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** onnxruntime puts its source line and the condition that did not hold before what it has to say. */
const sourcePlace = /^\S+\.cc:\d+ .* was false\. /;
