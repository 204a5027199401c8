"""MobileSAM's TinyViT-5M image encoder in plain PyTorch, under the names of its checkpoint (`image_encoder.*`)."""
import torch
import torch.nn.functional as F
from segment_anything.modeling.common import LayerNorm2d
from torch import nn


class ConvNorm(nn.Module):
    """A convolution without a bias, and its batch normalisation."""

    def __init__(self, inputs, outputs, side=1, stride=1, groups=1):
        super().__init__()
        self.c = nn.Conv2d(inputs, outputs, side, stride, side // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn(self.c(x))


class Bottleneck(nn.Module):
    def __init__(self, channels, ratio=4):
        super().__init__()
        wide = channels * ratio
        self.conv1 = ConvNorm(channels, wide)
        self.conv2 = ConvNorm(wide, wide, 3, groups=wide)
        self.conv3 = ConvNorm(wide, channels)

    def forward(self, x):
        return F.gelu(x + self.conv3(F.gelu(self.conv2(F.gelu(self.conv1(x))))))


class Merging(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = ConvNorm(inputs, outputs)
        self.conv2 = ConvNorm(outputs, outputs, 3, 1 if outputs == 320 else 2, groups=outputs)
        self.conv3 = ConvNorm(outputs, outputs)

    def forward(self, x):
        return self.conv3(F.gelu(self.conv2(F.gelu(self.conv1(x)))))


class Attention(nn.Module):
    def __init__(self, channels, heads, side):
        super().__init__()
        self.heads, self.size = heads, channels // heads
        self.norm = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.attention_biases = nn.Parameter(torch.zeros(heads, side * side))
        y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing='ij')
        y, x = y.flatten(), x.flatten()
        index = (y[:, None] - y).abs() * side + (x[:, None] - x).abs()
        self.register_buffer('index', index, persistent=False)

    def forward(self, x):
        windows, places, channels = x.shape
        q, k, v = self.qkv(self.norm(x)).view(windows, places, self.heads, 3 * self.size).split(self.size, dim=3)
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        scores = (q @ k.transpose(-2, -1)) * self.size**-0.5 + self.attention_biases[:, self.index]
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(windows, places, channels))


class Perceptron(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.fc1 = nn.Linear(channels, 4 * channels)
        self.fc2 = nn.Linear(4 * channels, channels)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(self.norm(x))))


class Block(nn.Module):
    def __init__(self, channels, heads, side):
        super().__init__()
        self.side = side
        self.attn = Attention(channels, heads, side)
        self.mlp = Perceptron(channels)
        self.local_conv = ConvNorm(channels, channels, 3, groups=channels)

    def forward(self, x):
        """Channels-first map in and out, tokens in between, as the original has it."""
        _, channels, grid, _ = x.shape
        tokens = x.permute(0, 2, 3, 1)
        missing = -grid % self.side
        across = (grid + missing) // self.side
        windows = F.pad(tokens, (0, 0, 0, missing, 0, missing)).view(1, across, self.side, across, self.side, channels)
        attended = self.attn(windows.transpose(2, 3).reshape(across**2, self.side**2, channels))
        attended = attended.view(1, across, across, self.side, self.side, channels).transpose(2, 3)
        attended = attended.reshape(1, across * self.side, across * self.side, channels)[:, :grid, :grid]
        x = self.local_conv((tokens + attended).permute(0, 3, 1, 2))
        tokens = x.permute(0, 2, 3, 1)
        return (tokens + self.mlp(tokens)).permute(0, 3, 1, 2)


class Layer(nn.Module):
    def __init__(self, blocks, downsample=None):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        if downsample:
            self.downsample = downsample

    def forward(self, x):
        for module in self.children():
            for block in module if isinstance(module, nn.ModuleList) else [module]:
                x = block(x)
        return x


class TinyVit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = nn.Module()
        self.patch_embed.seq = nn.Sequential(ConvNorm(3, 32, 3, 2), nn.GELU(), ConvNorm(32, 64, 3, 2))
        self.layers = nn.Sequential(
            Layer([Bottleneck(64), Bottleneck(64)], Merging(64, 128)),
            Layer([Block(128, 4, 7) for _ in range(2)], Merging(128, 160)),
            Layer([Block(160, 5, 14) for _ in range(6)], Merging(160, 320)),
            Layer([Block(320, 10, 7) for _ in range(2)]),
        )
        self.neck = nn.Sequential(
            nn.Conv2d(320, 256, 1, bias=False), LayerNorm2d(256), nn.Conv2d(256, 256, 3, padding=1, bias=False), LayerNorm2d(256)
        )

    def forward(self, pixels):
        return self.neck(self.layers(self.patch_embed.seq(pixels)))


def load_tiny_vit(tensors):
    """From a checkpoint's tensors; `norm_head` and `head` are of the classifier it was trained as."""
    names = {name.removeprefix('image_encoder.'): tensor for name, tensor in tensors.items() if name.startswith('image_encoder.')}
    model = TinyVit()
    model.load_state_dict({name: tensor for name, tensor in names.items() if not name.startswith(('norm_head', 'head'))})
    return model.eval()
