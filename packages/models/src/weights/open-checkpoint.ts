import { modelErrors } from '../errors.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { openOnnx } from './onnx/open-onnx.js';
import { openSafetensors } from './open-safetensors.js';
import { openRandomAccess, type RandomAccess } from './random-access.js';
import { openTorchLegacy } from './torch/open-torch-legacy.js';
import { openTorchZip } from './torch/open-torch-zip.js';

/**
 * Opens a checkpoint: PyTorch's `.pt` and `.pth` in both layouts of `torch.save`, safetensors, or the initializers of an ONNX model.
 * The format is told by the content, not by the name. Names, shapes and element types are read and checked at once; tensors are
 * read one at a time. No code of the file is executed. Throws `models/BAD_CHECKPOINT`, `models/UNSAFE_PICKLE`,
 * `models/BAD_SAFETENSORS` or `models/NOT_ONNX`.
 */
export async function openCheckpoint(path: string): Promise<CheckpointFile> {
  const file = await openRandomAccess(path);
  try {
    return await openAs(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openAs(file: RandomAccess): Promise<CheckpointFile> {
  const { path, size } = file;
  const head = await file.read(0, Math.min(size, 512));
  const text = Buffer.from(head).toString('latin1');
  const refuse = (problem: string): Error => modelErrors.BAD_CHECKPOINT({ path, problem });
  if (size === 0) throw refuse('it is empty');
  if (text.startsWith('PK')) return openTorchZip(file);
  if (head[0] === PICKLE) return openTorchLegacy(file);
  if (text[8] === '{' || size < 8) return openSafetensors(file);
  if (text.slice(257, 262) === 'ustar') {
    throw refuse(
      'it has the tar layout of PyTorch before 0.1.10, which is not read; load and save it with a newer one',
    );
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) throw refuse('it is a web page: the download failed');
  if (text.startsWith('version https://git-lfs'))
    throw refuse('it is a pointer of Git LFS, not the file; run git lfs pull');
  if (head[0] === ONNX_VERSION) return openOnnx(file);
  throw refuse('it is neither a zip or pickle of PyTorch, nor safetensors, nor ONNX');
}

/** PROTO, which pickles of protocol 2 and above begin with. */
const PICKLE = 0x80;
/** The tag of `ir_version`, which writers of ONNX put first. */
const ONNX_VERSION = 0x08;
