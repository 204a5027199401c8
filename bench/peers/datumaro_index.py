"""Datumaro's side of `bench formats`: python datumaro_index.py DATASET"""
import sys

from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset

from contender import serve

counts = {'images': 0, 'polygons': 0}


def index():
    for item in Dataset.import_from(sys.argv[1], 'coco_instances'):
        counts['images'] += 1
        counts['polygons'] += sum(a.type == AnnotationType.polygon for a in item.annotations)


serve({'index': index}, lambda request: counts)
