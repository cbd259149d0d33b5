-- descriptions.lua - which options has pictor.lua?
--
-- Data: one row each, checked by config.lua, printed by `pictor explain --options`, and
-- documented in core/README.md. A provider's own options are in its module.
-- SPDX-License-Identifier: MIT

local descriptions = {}

descriptions.top = {
    listen = { type = "texts", about = "Addresses to listen on, such as 127.0.0.1:8080; one, or a list." },
    certificate = { type = "text", about = "A PEM file with certificates and key, for https:// addresses." },
    ca_file = { type = "text", about = "A PEM file: the certificates to trust for calls out, in place of the system's." },
    keys = { type = "list", default = {}, about = "Who may call: { name =, key = or sha256 =, models = } each." },
    providers = { type = "list", required = true, about = "Where pictures come from: name = { kind =, … }." },
    policy = { type = "text", about = "The script that decides, beside this file or absolute; default: the one that ships." },
    plugins = { type = "list", default = {}, about = "Folders of modules/ that see each request; none ships yet." },
    egress = { type = "list", default = {}, about = "What links to pictures may lead to." },
    limits = { type = "list", default = {}, about = "Ceilings." },
    privacy = { type = "list", default = {}, about = "What of input pictures stays here." },
    masks = { type = "list", default = {}, about = "How a mask is emulated for models that have none." },
    log_level = { type = "text", default = "info", choices = { "debug", "info", "warn", "error" },
        about = "Events below it are not logged." },
    unknown_parameters = { type = "text", default = "refuse", choices = { "refuse", "ignore" },
        about = "What a parameter that Pictor does not know becomes: 400, or dropped and reported." },
}

descriptions.limits = {
    body = { type = "bytes", default = 64 << 20, min = 1024, max = 1 << 30, about = "A request's body." },
    answer = { type = "bytes", default = 128 << 20, min = 1024, max = 1 << 30, about = "A provider's answer to one call." },
    picture = { type = "bytes", default = 32 << 20, min = 1024, max = 1 << 30, about = "One input picture, or one behind a link." },
    pixels = { type = "integer", default = 64000000, min = 1, max = 1 << 32, about = "Pixels of one input picture." },
    fetch_timeout = { type = "integer", default = 30, min = 1, max = 3600,
        about = "Seconds for one link to a picture, its redirects included." },
    in_flight = { type = "integer", default = 4096, min = 1, max = 65536,
        about = "Requests at once; more get 503 overloaded." },
    upstream_timeout = { type = "integer", default = 300, min = 1, max = 3600,
        about = "Seconds for one request, all its attempts together." },
    drain_timeout = { type = "integer", default = 30, min = 0, max = 3600,
        about = "Seconds that a stop waits for requests under way." },
    lua_memory = { type = "bytes", default = 64 << 20, min = 4 << 20, max = 1 << 30, about = "One Lua state." },
    lua_states = { type = "integer", min = 1, max = 256, about = "Lua states; default: one a core." },
}

descriptions.egress = {
    allow = { type = "list", default = {},
        about = "Private hosts that links may lead to all the same: \"pictures.internal\", \"cdn.lan:8443\"." },
}

descriptions.privacy = {
    strip_metadata = { type = "boolean",
        about = "Take place, time and the like out of input pictures; default: true where the build can." },
}

descriptions.masks = {
    feather = { type = "integer", default = 0, min = 0, max = 256,
        about = "Pixels over which an emulated edit fades in, within what the mask leaves open." },
}

descriptions.key = {
    name = { type = "text", required = true, about = "Who it is, in the log." },
    key = { type = "text", secret = true, about = "The key itself." },
    sha256 = { type = "text", about = "The key's SHA-256, 64 hexadecimal digits, in its place." },
    models = { type = "list", about = "The only models that it opens." },
}

-- Every provider has these beside its own options.
descriptions.provider = {
    kind = { type = "text", required = true, about = "A provider's folder in modules/." },
    models = { type = "list", about = "The only ids that it serves (an entry that ends in - or / is a prefix); "
        .. "[id] = other id renames." },
}

return descriptions
