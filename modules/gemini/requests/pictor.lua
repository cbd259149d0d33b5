-- pictor.lua - Vertex AI, with a service account, for the documents of this folder.
-- luacheck: read globals file
--
-- The account's key file would be one `file "account.json"`. Here it is made of two parts, because its token_uri
-- is the double's. key.pem was made for these documents and opens nothing.
local key = file "$POLICIES/../../../modules/gemini/requests/key.pem":gsub("\n", "\\n")

return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },       -- the pictures here are known by their comments
    keys = { { name = "test", key = "test-key" } },
    providers = {
        vertex = {
            kind = "gemini", base_url = "$VERTEX/v1",
            service_account = [[{ "type": "service_account", "project_id": "a-project", "private_key_id": "key-1",
                "client_email": "pictor@a-project.iam.gserviceaccount.com", "token_uri": "$VERTEX/token",
                "private_key": "]] .. key .. [[" }]],
        },
    },
    limits = { in_flight = 64 },     -- a thread each: fewer start and stop faster
}
