"""The loss of YOLOv4 (Bochkovskiy and others 2020), with several positives a box."""
import math
import warnings

import torch
from torch.nn import functional as F

# PyTorch calls it beta; its result is what the documentation says since 1.12.
warnings.filterwarnings('ignore', message=r'index_reduce\(\) is in beta')

#: An anchor answers for a box from this overlap on, both laid on one centre; the best one always.
LEAST_ANCHOR_IOU = 0.25
#: How much a part counts; objectness sums over all cells and so counts most.
BOX_GAIN, OBJECT_GAIN, CLASS_GAIN = 0.05, 1.0, 0.1
#: Fine maps have most of the cells: their mean is small.
BALANCE = {8: 4.0, 16: 1.0, 32: 0.4}
#: A neighbouring cell answers too where its sigmoid can reach the centre without saturating.
REACH = 0.9


def complete_iou(a, b):
    """CIoU and IoU of boxes [n, 4] each, centre and size (Zheng and others 2020)."""
    a_low, a_high = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    b_low, b_high = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    shared = (torch.min(a_high, b_high) - torch.max(a_low, b_low)).clamp(0).prod(1)
    iou = shared / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - shared + 1e-7)
    around = torch.max(a_high, b_high) - torch.min(a_low, b_low)
    apart = ((a[:, :2] - b[:, :2]) ** 2).sum(1) / ((around**2).sum(1) + 1e-7)
    slant = torch.atan(a[:, 2] / (a[:, 3] + 1e-7)) - torch.atan(b[:, 2] / (b[:, 3] + 1e-7))
    shape = 4 / math.pi**2 * slant**2
    with torch.no_grad():
        weight = shape / (shape - iou + 1 + 1e-7)
    return iou - apart - weight * shape, iou


def anchor_iou(sizes, anchors):
    """IoU of boxes [n, 2] and anchors [m, 2] on one centre: [n, m]."""
    shared = torch.min(sizes[:, None], anchors[None]).prod(2)
    return shared / (sizes.prod(1)[:, None] + anchors.prod(1)[None] - shared)


def raw_boxes(cells, anchors, at, head):
    """Raw values [n, 5 + classes] of cells (column, row) to centre and size in pixels."""
    shift = (head.scale_xy - 1) / 2
    centres = (cells[:, :2].sigmoid() * head.scale_xy - shift + at) * head.stride
    return torch.cat([centres, cells[:, 2:4].clamp(-6, 6).exp() * anchors], 1)


def detection_loss(maps, heads, boxes, ignored):
    """
    Raw maps in the order of `heads`; boxes [n, 6]: picture, centre x, y, width, height in pixels,
    class (-1: a face of which nothing else is known); ignored [n, 5]: picture and left, top, right,
    bottom of places that are neither face nor background. Returns the sum and its three parts.
    """
    device = maps[0].device
    every = torch.cat([head.anchors for head in heads]).to(device)
    overlap = anchor_iou(boxes[:, 3:5], every) if len(boxes) else boxes.new_zeros(0, len(every))
    answers = overlap > LEAST_ANCHOR_IOU
    if len(boxes):
        answers[torch.arange(len(boxes), device=device), overlap.argmax(1)] = True
    box_loss = object_loss = class_loss = torch.zeros((), device=device)
    first = 0
    for raw, head in zip(maps, heads):
        count = len(head.anchors)
        n, _, h, w = raw.shape
        raw = raw.float().view(n, count, 5 + head.classes, h, w).permute(0, 1, 3, 4, 2)
        wanted = torch.zeros(raw.shape[:4], device=device)
        weight = counted_cells(wanted, head.stride, ignored)
        which, anchor = answers[:, first : first + count].nonzero(as_tuple=True)
        first += count
        if len(which):
            which, anchor, at = answering_cells(boxes, which, anchor, head, (w, h))
            truth = boxes[which]
            picture = truth[:, 0].long()
            index = (picture, anchor, at[:, 1], at[:, 0])
            cells = raw[index]
            found = raw_boxes(cells, head.anchors.to(device)[anchor], at, head)
            ciou, iou = complete_iou(found, truth[:, 1:5])
            box_loss = box_loss + (1 - ciou).mean()
            class_loss = class_loss + classes_loss(cells[:, 5:], truth[:, 5].long())
            # A cell that answers for two boxes is believed as far as the better one.
            flat = ((picture * count + anchor) * h + at[:, 1]) * w + at[:, 0]
            wanted.view(-1).index_reduce_(0, flat, iou.detach().clamp(0), 'amax')
            weight[index] = 1
        cross = F.binary_cross_entropy_with_logits(raw[..., 4], wanted, reduction='none')
        object_loss = object_loss + BALANCE.get(head.stride, 1.0) * (cross * weight).mean()
    parts = BOX_GAIN * box_loss, OBJECT_GAIN * object_loss, CLASS_GAIN * class_loss
    return sum(parts), parts


def counted_cells(like, stride, ignored):
    """1 where a cell without a face is background, 0 round the ignored places (a tenth wider)."""
    weight = torch.ones_like(like)
    for picture, left, top, right, bottom in ignored.tolist():
        x, y = 0.1 * (right - left), 0.1 * (bottom - top)
        columns = slice(max(0, int((left - x) / stride)), max(0, int((right + x) / stride)) + 1)
        rows = slice(max(0, int((top - y) / stride)), max(0, int((bottom + y) / stride)) + 1)
        weight[int(picture), :, rows, columns] = 0
    return weight


def answering_cells(boxes, which, anchor, head, size):
    """The cell of each centre, and its neighbours that can reach it: box, anchor, [n, 2] cell."""
    limit = torch.tensor(size, device=boxes.device)
    centre = boxes[which, 1:3] / head.stride
    home = centre.floor().clamp(min=0).minimum(limit - 1)
    reach = REACH * (head.scale_xy - 1) / 2
    found = [(which, anchor, home)]
    for step in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        cell = home + torch.tensor(step, device=boxes.device)
        offset = centre - cell
        near = ((offset >= -reach) & (offset <= 1 + reach) & (cell >= 0) & (cell < limit)).all(1)
        found.append((which[near], anchor[near], cell[near]))
    which, anchor, cells = (torch.cat(parts) for parts in zip(*found))
    return which, anchor, cells.long()


def classes_loss(logits, classes):
    """Of the boxes whose class is known; one class alone says nothing and costs nothing."""
    known = classes >= 0
    if logits.shape[1] == 1 or not bool(known.any()):
        return logits.sum() * 0
    target = F.one_hot(classes[known], logits.shape[1]).float()
    return F.binary_cross_entropy_with_logits(logits[known], target)
