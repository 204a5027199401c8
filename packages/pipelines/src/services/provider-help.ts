import type { ProviderName } from '@sluice/models';

/** What makes a provider of onnxruntime work that can't be loaded here. */
export function providerHelp(provider: Exclude<ProviderName, 'cpu'>): string {
  if (provider === 'cuda') {
    return process.platform === 'linux' && process.arch === 'x64'
      ? 'it needs CUDA 12, cuDNN 9 and libonnxruntime_providers_cuda.so, which is not in the npm package: `node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12` fetches it (install scripts are off here)'
      : 'onnxruntime-node has CUDA on Linux x64 alone; webgpu runs on any GPU';
  }
  return process.platform === 'linux'
    ? "it needs a GPU with a Vulkan driver, and libvulkan.so.1 (Debian and Ubuntu: `apt install libvulkan1 mesa-vulkan-drivers`, or the driver of the GPU's maker); in a container, also the device itself"
    : 'it needs a GPU with a driver for Direct3D 12 or Metal';
}
