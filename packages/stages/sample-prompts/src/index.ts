export { samplePrompts } from './sample-prompts.js';
export { samplePromptsOptions, type SamplePromptsOptions } from './options.js';
