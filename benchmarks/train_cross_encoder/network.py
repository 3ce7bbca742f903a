"""The network: tokens in context, then query and sentence look at each other.

Query and sentence are read once each, by a convolution and a transformer layer.
Then every query token attends over the sentence and every sentence token over the
query, told where tokens are equal or near in meaning (Parikh et al. 2016, "A
Decomposable Attention Model"; exact-match marks as in Boualili et al. 2020). The
logit comes from what the tokens found. No attention over the concatenation: a
query's tokens are read once, not once per sentence, which makes it several times
faster than a BERT-style cross-encoder of the same width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, INNER, HEADS = 192, 96, 4
FAR = -1e4
UNKNOWN = 100  # [UNK], which is equal to nothing


class Layer(nn.Module):
    """A transformer layer, normalised before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.norm, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Read x (n, t, width) under mask (n, t), 1 for tokens."""
        n, t, _ = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, t, 3, HEADS, -1).unbind(2)
        near = torch.einsum("nqhd,nkhd->nhqk", q, k) * (self.width / HEADS) ** -0.5
        near = near + (1 - mask)[:, None, None, :] * FAR
        mixed = torch.einsum("nhqk,nkhd->nqhd", near.softmax(-1), v)
        x = x + self.out(mixed.reshape(n, t, self.width))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class CrossEncoder(nn.Module):
    """Logits of relevance for pairs of queries and sentences.

    Args:
        table: Token vectors (vocabulary, WIDTH), of unit length; they stay as they
            are, so that words the training never met keep their meaning.
    """

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.register_buffer("table", table, persistent=False)
        self.norm = nn.LayerNorm(WIDTH)
        self.conv = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.layer = Layer(WIDTH)
        self.last = nn.LayerNorm(WIDTH)
        self.side = nn.Parameter(torch.zeros(2, WIDTH))
        self.key, self.value = nn.Linear(WIDTH, INNER), nn.Linear(WIDTH, INNER)
        self.weight = nn.Linear(WIDTH, 1)
        self.pull = nn.Parameter(torch.tensor([4.0, 4.0, 1.0]))
        self.from_query = nn.Linear(3 * INNER + 3, INNER)
        self.from_sentence = nn.Linear(4 * INNER + 3, INNER)
        self.choose = nn.Linear(INNER, 1)
        self.head = nn.Sequential(
            nn.LayerNorm(3 * INNER), nn.Linear(3 * INNER, INNER), nn.GELU()
        )
        self.logit = nn.Linear(INNER + 4, 1)

    def read(self, ids: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return token vectors out of and in context, and the mask; id 0 is padding."""
        mask = (ids != 0).float()
        bare = self.vectors(ids)
        x = self.norm(bare) * mask[..., None]
        x = x + functional.gelu(self.conv(x.transpose(1, 2)).transpose(1, 2))
        x = self.layer(x + self.side[side], mask)
        return bare, self.last(x), mask

    def vectors(self, ids: Tensor) -> Tensor:
        """Return the vectors of `ids`, of unit length."""
        return self.table[ids]

    def forward(
        self, queries: Tensor, sentences: Tensor, which: Tensor, whose: Tensor
    ) -> Tensor:
        """Return logits (p,) of the pairs (queries[which], sentences[whose]).

        Args:
            queries: Token ids (q, t), 0 is padding.
            sentences: Token ids (s, u).
            which: The row of each pair's query (p,).
            whose: The row of each pair's sentence (p,).
        """
        qb, qx, qm = self.read(queries, 0)
        sb, sx, sm = self.read(sentences, 1)
        weights = (self.weight(qx)[..., 0] + (1 - qm) * FAR).softmax(-1)
        qk, qv = self.key(qx), self.value(qx)
        sk, sv = self.key(sx), self.value(sx)
        aim = (weights[..., None] * qv).sum(1)
        # From here on one row per pair.
        asked_ids, said_ids = queries[which], sentences[whose]
        qm, sm = qm[which], sm[whose]
        both = qm[:, :, None] * sm[:, None, :]
        known = both * (asked_ids != UNKNOWN).float()[:, :, None]
        equal = (asked_ids[:, :, None] == said_ids[:, None, :]).float() * known
        alike = torch.matmul(qb[which], sb[whose].transpose(1, 2)) * both
        met = torch.matmul(qk[which], sk[whose].transpose(1, 2)) * INNER**-0.5
        near = self.pull[0] * equal + self.pull[1] * alike + self.pull[2] * met
        near = near + (1 - both) * FAR
        weights, aim, qv, sv = weights[which], aim[which], qv[which], sv[whose]
        # What each query token finds in the sentence. Below 0 is nothing found: with
        # padding, which is 0, the maximum would not be lower either.
        found = torch.matmul(near.softmax(2), sv)
        marks = torch.stack(
            [equal.amax(2), alike.amax(2), (met * both).amax(2)], 2
        ).clamp(0)
        f = torch.cat([qv, found, qv * found, marks], 2)
        f = functional.gelu(self.from_query(f))
        q_side = (weights[..., None] * f).sum(1)
        # What each sentence token finds in the query.
        asked = torch.matmul(near.softmax(1).transpose(1, 2), qv)
        seen = torch.stack(
            [equal.amax(1), alike.amax(1), (met * both).amax(1)], 2
        ).clamp(0)
        g = torch.cat([sv, asked, sv * asked, sv * aim[:, None, :], seen], 2)
        g = functional.gelu(self.from_sentence(g))
        chosen = (self.choose(g)[..., 0] + (1 - sm) * FAR).softmax(-1)
        s_side = (chosen[..., None] * g).sum(1)
        peak = (g + (1 - sm)[..., None] * FAR).amax(1)
        shares = (weights[..., None] * marks).sum(1)
        length = torch.log(sm.sum(1, keepdim=True) + 1) - 3
        joint = self.head(torch.cat([q_side, s_side, peak], 1))
        return self.logit(torch.cat([joint, 4 * shares, length], 1))[:, 0]
