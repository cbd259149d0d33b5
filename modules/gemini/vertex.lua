-- vertex.lua - where is a model at Vertex AI, and how is shown there who asks?
--
-- The same API under other addresses. A service account has no key that is sent along:
-- its private key signs who it is, and for how long; the account's token_uri gives a
-- token for that, which lasts an hour (RFC 7523). All of it stands in the key file.
-- SPDX-License-Identifier: MIT

local GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
local SCOPE = "https://www.googleapis.com/auth/cloud-platform"
local TOKEN_URI = "https://oauth2.googleapis.com/token"
local LASTS = 3600          -- seconds; the most that is allowed

local vertex = {}

function vertex.escaped(text)
    return (text:gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function host(location)
    if location == "global" then
        return "aiplatform.googleapis.com"
    elseif location == "us" or location == "eu" then
        return ("aiplatform.%s.rep.googleapis.com"):format(location)
    end
    return location .. "-aiplatform.googleapis.com"
end

local function account_of(options)
    local account = pictor.json.decode(options.service_account)
    return type(account) == "table" and account or {}
end

-- -> the address that models/ID stands behind; options as vertex.check() found them good
function vertex.base(options)
    local base = options.base_url or ("https://%s/v1"):format(host(options.location))
    if options.express then
        return base .. "/publishers/google"
    end
    return ("%s/projects/%s/locations/%s/publishers/google"):format(base,
        vertex.escaped(options.project or account_of(options).project_id), vertex.escaped(options.location))
end

-- What a key file must have: name, how it looks, how that is said.
local PARTS = {
    { "client_email", "@", "client_email" }, { "private_key", "PRIVATE KEY", "private_key, in PEM" },
    { "token_uri", "^https?://", "token_uri, an address" },
}

-- -> nil, or the option at fault, what was expected, what was got; never the secret itself
function vertex.check(options)
    local account = account_of(options)
    account.token_uri = account.token_uri or TOKEN_URI
    for _, part in ipairs(PARTS) do
        local name, pattern, words = table.unpack(part)
        if type(account[name]) ~= "string" or not account[name]:find(pattern) then
            return "service_account", "the text of a key file, as JSON, with " .. words, "something else"
        end
    end
    if not pictor.rs256(account.private_key, "") then
        return "service_account", "a private_key that can be read, of RSA", "something else"
    elseif not options.location:match "^[%l%d-]+$" then
        return "location", "a location such as global or europe-west4", pictor.show(options.location)
    elseif not options.project and type(account.project_id) ~= "string" then
        return "project", "text, because the key file names none", "nil"
    end
    return nil
end

-- base64url, as JSON Web Tokens have it
local function part(bytes)
    return (pictor.base64.encode(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

-- What the account says of itself, signed.
local function assertion(account, token_uri, now)
    local head = { alg = "RS256", typ = "JWT", kid = account.private_key_id }
    local claims = { iss = account.client_email, scope = SCOPE, aud = token_uri, iat = now, exp = now + LASTS }
    local text = part(pictor.json.encode(head)) .. "." .. part(pictor.json.encode(claims))
    return text .. "." .. part(pictor.rs256(account.private_key, text))
end

vertex.token = {}

-- -> the call that fetches a token, or nil: a key needs none
function vertex.token.build(options, now)
    if not options.service_account then
        return nil
    end
    local account = account_of(options)
    local token_uri = account.token_uri or TOKEN_URI
    return {
        url = token_uri, headers = { ["content-type"] = "application/x-www-form-urlencoded" },
        body = ("grant_type=%s&assertion=%s"):format(vertex.escaped(GRANT), assertion(account, token_uri, now)),
    }
end

function vertex.token.read(answer)
    local token, seconds = answer.json.access_token, answer.json.expires_in
    if type(token) ~= "string" or type(seconds) ~= "number" then
        return nil, pictor.fail("invalid_upstream_response", "provider: expected a token and how long it lasts, got something else")
    end
    return { token = token, seconds = seconds }
end

return vertex
