"""Documents that lie beside a pack and speak as if they bound somebody.

Path: sources, roles -> **outsiders** -> packs.
"""

from collections.abc import Iterator, Mapping

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.documents import compute_digest, decode_text
from specpack.frontend.markdown import is_markdown, parse_blocks
from specpack.frontend.masking import mask_block
from specpack.frontend.modality import find_modals
from specpack.model.clause import BlockKind
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Document, Role
from specpack.model.span import DocumentName, locate

_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_LONGEST = 100_000
"""Bytes of a file that is looked at; a longer one is no page of a pack."""


def find_outsiders(files: Mapping[str, bytes], prefix: str) -> Iterator[Diagnostic]:
    """Yield one diagnostic for each Markdown file at the root, of those that are no documents, which uses a keyword.

    Reports: SP120.
    """
    for path, data in sorted(files.items()):
        if "/" in path or not is_markdown(path) or len(data) > _LONGEST:
            continue
        name = DocumentName(prefix + path)
        text, _ = decode_text(data, name)
        document = Document(
            pack="", path=path, name=name, key="", role=Role.BEHAVIOUR, text=text, digest=compute_digest(text)
        )
        for block in parse_blocks(document):
            modals = find_modals(mask_block(block.text).mask) if block.kind in _PROSE and not block.informative else ()
            if modals:
                start = block.span.start + modals[0].start
                span = locate(name, text, start, start + modals[0].end - modals[0].start)
                yield build_diagnostic("SP120", span, case="outside", fields={"document": name})
                break
