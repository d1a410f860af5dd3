"""The contract's MIME type, version and bounds; see kernel-lib/schema/switchyard.v1.schema.json."""

MIME_TYPE = "application/vnd.switchyard.v1+json"
SCHEMA_VERSION = "1.5"

#: A payload is at most this many bytes of JSON.
MAX_PAYLOAD_BYTES = 64 * 1024
#: ... and what a panel asks for over its comm, at most this many.
MAX_DETAILED_BYTES = 2 * 1024 * 1024
#: Steps of a run's history, S.
MAX_HISTORY_STEPS = 512
#: Steps at which the load of each expert is kept, S'.
MAX_LOAD_STEPS = 64
#: Tokens of a sample, T.
MAX_TOKENS = 2048
#: Named scalars of a run.
MAX_SCALARS = 64
#: Settings of a run that a payload names.
MAX_CONFIGURATION = 32
#: Experts of a layer, E.
MAX_EXPERTS = 4096
#: Routed layers, L.
MAX_LAYERS = 1024
#: Domains, G.
MAX_DOMAINS = 64
#: Characters of a label, path, title or token, as UTF-16 counts them.
MAX_TEXT = 256
#: Co-activation and transitions each have no room in a payload above this many numbers, the layers together.
MAX_PAIRS = 16_384
#: What each expert is sent, its top tokens and the token classes, has no room above this many experts, the layers together.
MAX_SENT_EXPERTS = 384
#: Experts of a layer whose pairs are counted where a reader asks for it, E.
MAX_PAIR_EXPERTS = 256
#: Layers whose transitions are sent with one that a reader asks for.
MAX_FLOWS = 3
#: Tokens of the vocabulary that are counted by expert, the first that came; others count together.
MAX_VOCABULARY = 8192
#: Tokens that are named for an expert.
TOP_TOKENS = 5
#: Steps whose choices for the same text are kept, beside the latest.
MAX_EARLIER = 16
#: A packed choice is a byte, and 255 says that there is none.
MAX_PACKED_EXPERTS = 255
#: Begin of the names of scalars that another run of the same seed does not repeat, such as speeds.
OF_THE_MACHINE = "machine/"
#: Bins of a router's scores: their edges are sinh(i / this), so many on each side of 0.
BINS_PER_UNIT = 5
SIDE = 20
#: Contexts that are told of an expert.
MAX_CONTEXTS = 8
