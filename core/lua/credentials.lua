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
local trouble = require "trouble"

local EARLY = 300           -- seconds before its end that a new one is fetched
local LOOK_AGAIN = 0.02     -- seconds between two looks at what another request fetches
local FETCH_MAX = 30        -- seconds for a fetch; after them another request may try

local credentials = {}
local kept = setmetatable({}, { __mode = "k" })     -- provider -> entry

local function read(module, answer, provider)
    local good, got, err = pcall(module.token.read, answer)
    if not good or (got and type(got.token) ~= "string") then
        return nil, trouble.unreadable(provider.name, not good and got or "a token that is no text")
    elseif not got then
        return nil, err
    end
    return got
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
        return nil, fail.new(err.code == "upstream_timeout" and err.code or "upstream_error",
            ("%s: expected a token, got %s"):format(provider.name, err.message:gsub("^.-, got ", "")),
            { retry = err.retry, reason = err.reason })
    end
    return read(provider.module, answer, provider)
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

-- -> an entry with a token that is good | nil, fail
local function good_one(entry, provider, deadline)
    if not is_busy(entry) and not (is_good(entry) and host.now() < entry.renew_at) then
        local renewed, err = renew(entry, provider, deadline)
        return (renewed or is_good(entry)) and entry or nil, err
    end
    while not is_good(entry) and is_busy(entry) do
        if host.now() >= deadline then
            return nil, fail.new("upstream_timeout", ("%s: expected a token, got none in time"):format(provider.name))
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

-- Forgets it, because the provider says that it is good no longer.
function credentials.forget(provider)
    kept[provider] = nil
end

return credentials
