-- pictor.lua - Bedrock with an access key, for the documents of this folder.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        aws = {
            kind = "bedrock", access_key_id = "AKIATEST", secret_access_key = "test-key/of+the=account", base_url = "$BEDROCK",
        },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
