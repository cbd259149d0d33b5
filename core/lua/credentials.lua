-- credentials.lua - which token does a provider want today?
--
-- Some APIs take no key but a token that lasts an hour and has to be fetched. It is
-- fetched when it is first needed, kept with the provider in each Lua state, and
-- fetched anew a while before it ends. One request fetches; the others of this state
-- wait for it, or go on with the old one while it is still good.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"
local send = require "send"
local tape = require "tape"

local EARLY = 300           -- seconds before its end that a new one is fetched
local LOOK_AGAIN = 0.02     -- seconds between two looks at what another request fetches
local FETCH_MAX = 30        -- seconds for a fetch; after them another request may try
local LATER = 10            -- seconds until one is tried again that failed while the old token is good
local LONGEST = 16384       -- bytes of a token

local OWN = { upstream_timeout = true, draining = true, overloaded = true }

local credentials = {}
local kept = setmetatable({}, { __mode = "k" })     -- provider -> entry

-- What goes into a header; of a long one, the core may have put a mark in the place of a part. -> text | nil
local function fit_for_header(text)
    local whole = type(text) == "string" and host.expand(text, LONGEST)
    return whole and whole:match "^[\x21-\x7e]+$"
end

-- What came from outside may have any shape: where the module trips over it, it is the answer that is wrong.
local function read(answer, provider)
    local good, got, err = pcall(provider.module.token.read, answer)
    local token = good and type(got) == "table" and fit_for_header(got.token)
    if token then
        return { token = token, seconds = got.seconds }
    elseif good and not got and not fail.is(err) then
        error(("modules/%s: token.read: expected a token, or nil and a fail, got %s"):format(provider.kind, fail.show(got)), 0)
    elseif good and not got then
        return nil, err
    end
    return nil, fail.new("invalid_upstream_response", ("%s: expected a token, got something else"):format(provider.name),
        { retry = true, reason = not good and got or nil })
end

-- -> { token, seconds } | {}: this provider needs none | nil, fail
local function fetch(provider, deadline)
    local call = provider.module.token.build(provider.options, host.time())
    if not call then
        return {}
    elseif tape.plays() then
        return { token = "(a token)", seconds = math.huge }     -- nobody looks at it
    end
    call.private = true
    local job = { provider = provider }
    local answer, err = send.call(call, job, math.min(FETCH_MAX, deadline - host.now()))
    if not answer then
        return nil, fail.new(OWN[err.code] and err.code or "upstream_error",
            ("%s: expected a token, got %s"):format(provider.name, err.message:gsub("^.-, got ", "")),
            { retry = err.retry, retry_after = err.retry_after, reason = err.reason })
    end
    return read(answer, provider)
end

-- entry: token, renew_at and ends, times of host.now(). -> true | nil, fail
local function renew(entry, provider, deadline)
    entry.fetching = host.now() + FETCH_MAX
    local got, err = fetch(provider, deadline)
    entry.fetching = nil
    if not got then
        return nil, err
    elseif got.token then
        host.secret(got.token)
    end
    local lasts = got.token and (tonumber(got.seconds) or 0) or math.huge
    entry.token, entry.ends = got.token, host.now() + lasts
    entry.renew_at = entry.ends - math.min(EARLY, lasts / 4)
    return true
end

-- Another request of this state fetches one.
local function is_busy(entry)
    return entry.fetching and host.now() < entry.fetching
end

local function is_good(entry)
    return entry.ends and host.now() < entry.ends
end

-- Why there is no waiting for another request's fetch any more -> fail | nil
local function must_end(provider, deadline)
    if host.stopping() then     -- no pause lasts now
        return fail.new("draining", ("%s: expected a token, got a stop of this gateway"):format(provider.name))
    elseif host.now() >= deadline then
        return fail.new("upstream_timeout", ("%s: expected a token, got none in time"):format(provider.name))
    end
    return nil
end

-- -> an entry with a token that is good | nil, fail
local function good_one(entry, provider, deadline)
    if not is_busy(entry) and not (is_good(entry) and host.now() < entry.renew_at) then
        local renewed, err = renew(entry, provider, deadline)
        if not renewed and is_good(entry) then
            entry.renew_at = host.now() + LATER
        end
        return (renewed or is_good(entry)) and entry or nil, err
    end
    while not is_good(entry) and is_busy(entry) do
        local err = must_end(provider, deadline)
        if err then
            return nil, err
        end
        fanout.wait(host.pause(LOOK_AGAIN))
    end
    if is_good(entry) then
        return entry
    end
    return good_one(entry, provider, deadline)
end

-- The provider's token; nil when it needs none. May wait. -> token | nil, fail
function credentials.token(provider, deadline)
    if not provider.module.token then
        return nil
    end
    kept[provider] = kept[provider] or {}
    local entry, err = good_one(kept[provider], provider, deadline)
    return entry and entry.token, not entry and err or nil
end

-- Does the provider want one, as it is configured?
function credentials.needed(provider)
    local wanted = provider.module.token
    return wanted ~= nil and wanted.build(provider.options, host.time()) ~= nil
end

-- Forgets this token, because the provider says that it is good no longer. By now there may be a newer one.
function credentials.forget(provider, token)
    local entry = kept[provider]
    if entry and entry.token == token then
        entry.token, entry.ends = nil, nil
    end
end

return credentials
