"""The COCO mask API's side of `bench polygons`: reads {width, height, rings} lines, answers each with the compressed run lengths."""
import json
import sys

from pycocotools import mask

for line in sys.stdin:
    case = json.loads(line)
    print(mask.merge(mask.frPyObjects(case['rings'], case['height'], case['width']))['counts'].decode())
