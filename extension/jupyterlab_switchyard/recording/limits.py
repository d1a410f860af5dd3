"""The contract's MIME type, version and bounds; see kernel-lib/schema/switchyard.v1.schema.json."""

MIME_TYPE = "application/vnd.switchyard.v1+json"
SCHEMA_VERSION = "1.1"

#: A payload is at most this many bytes of JSON.
MAX_PAYLOAD_BYTES = 64 * 1024
#: Steps of a run's history, S.
MAX_HISTORY_STEPS = 512
#: Steps at which the load of each expert is kept, S'.
MAX_LOAD_STEPS = 64
#: Tokens of a sample with their weights, T.
MAX_TOKENS = 512
#: Named scalars of a run.
MAX_SCALARS = 64
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
