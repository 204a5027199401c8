"""onnxruntime.quantization's side of `bench quantize`: python quantize.py MODEL.onnx RESULT.onnx CALIBRATION.safetensors

Static QDQ with per-channel int8 weights and uint8 activations, ranges by the least and the greatest value: what its documentation recommends.
"""
import os
import sys
import tempfile

import onnx
from onnx import version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from safetensors.numpy import load_file

model, result, calibration = sys.argv[1:]


class Images(CalibrationDataReader):
    def __init__(self):
        self.left = iter(sorted(load_file(calibration).items()))

    def get_next(self):
        image = next(self.left, None)
        return None if image is None else {'input': image[1]}


with tempfile.TemporaryDirectory() as folder:
    # Scales for each channel need opset 13; the file is older.
    newer, prepared = os.path.join(folder, 'newer.onnx'), os.path.join(folder, 'prepared.onnx')
    onnx.save(version_converter.convert_version(onnx.load(model), 17), newer)
    quant_pre_process(newer, prepared, skip_symbolic_shape=True)
    quantize_static(prepared, result, Images(), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
