-- vertex.lua - Google's image models at Vertex AI, with a service account or in express mode.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/vertex.lua
--
-- A service account needs the role Vertex AI User. Its key file is read once, at start, and never sent anywhere: it signs
-- what is exchanged for a token, each hour. A line whose file or variable is not there drops out.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        vertex = file "service-account.json" and {
            kind = "gemini",
            service_account = file "service-account.json",          -- beside this file, or absolute
            project = env "GOOGLE_CLOUD_PROJECT",                   -- else the key file's own
            location = env "GOOGLE_CLOUD_LOCATION" or "global",
        },
        express = env "GOOGLE_API_KEY" and { kind = "gemini", api_key = env "GOOGLE_API_KEY", express = true },
    },
}
