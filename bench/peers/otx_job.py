"""OTX's visual prompting on a dataset: trains, tests its best epoch, writes {val, test, seconds} to a file.

usage: otx_job.py DATA FOLDER WEIGHTS EPOCHS RESULT

`otx train` as a user types it, but for two things that make it a fair peer: float32 (it takes bfloat16 on CPUs), and the frozen
encoder stays in evaluation mode (it forgets to set it, and the weights' BatchNorm is folded already).
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

data, folder, weights, epochs, result = sys.argv[1:]
started = time.time()
work = Path(folder)
hub = work / "torch" / "hub" / "checkpoints"
hub.mkdir(parents=True, exist_ok=True)
shutil.copyfile(weights, hub / "mobile_sam.pt")
os.environ["TORCH_HOME"] = str(work / "torch")

import otx  # noqa: E402
from otx.algo.visual_prompting.sam import SAM  # noqa: E402
from otx.cli import main  # noqa: E402

RECIPE = Path(otx.__file__).parent / "recipe/visual_prompting/sam_tiny_vit.yaml"
validated = []
tested = []
train_mode = SAM.train


def train(self, mode=True):
    train_mode(self, mode)
    self.model.image_encoder.eval()
    return self


def on_validation_end(self):
    f1 = float(self.trainer.callback_metrics["val/f1-score"])
    validated.append({"epoch": self.trainer.current_epoch + 1, "seconds": time.time() - started, "f1": f1})
    print(validated[-1], file=sys.stderr, flush=True)


def on_test_end(self):
    tested.append(float(self.trainer.callback_metrics["test/f1-score"]))


SAM.train, SAM.on_validation_end, SAM.on_test_end = train, on_validation_end, on_test_end


def run(command, *options):
    common = ["--config", str(RECIPE), "--data_root", data, "--work_dir", str(work / command)]
    sys.argv = ["otx", command, *common, "--engine.device", "cpu", "--precision", "32", *options]
    main()


run("train", "--max_epochs", epochs, "--deterministic", "true", "--seed", "0")
best = max(validated, key=lambda row: row["f1"])
(checkpoint,) = {path.resolve() for path in (work / "train").rglob("best_checkpoint.ckpt")}
run("test", "--checkpoint", str(checkpoint))
found = {"val": best["f1"], "test": tested[-1], "seconds": best["seconds"], "validated": validated}
Path(result).write_text(json.dumps(found))
