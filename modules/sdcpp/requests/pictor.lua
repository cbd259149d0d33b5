-- pictor.lua - an sd-server alone, which most documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        sdcpp = { kind = "sdcpp", base_url = "$SDCPP/v1" },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
