-- links.lua - which picture is behind this link?
--
-- A link is a stranger's choice, a client's or a provider's. host.fetch is the guard:
-- it judges the address that it connects to. Redirects are followed here, one by one,
-- so that each goes past the guard anew; and what comes is believed by its first bytes.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"
local options = require "options"
local tape = require "tape"
local trouble = require "trouble"

local REDIRECTS = 3
local LONGEST = 8192        -- bytes of a link
local MOVED = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }

local PICTURE = "a picture (png, jpeg or webp)"
local WORDS = { unreachable = "no connection", broken = "a broken connection", timeout = "no answer in time" }

local links = {}

-- Why a link brought no picture: a code of ours, the words for whoever gave the link, and a reason for the log.
local function refusal(code, words, reason)
    return { code = code, words = words, reason = reason }
end

-- The address that a name leads to is the log's business, not a stranger's.
local function why_forbidden(reason)
    return reason:match "^address:" and "an address that is not public" or reason:match "got (.*)$"
end

local function size(bytes)
    return options.number({ type = "bytes" }, bytes)
end

local function unanswered(result, limits, shared)
    local outcome = result.outcome
    if outcome == "too_large" then
        local together = shared and (", or with the other links than %s"):format(size(limits.body)) or ""
        return refusal("image_too_large", ("more than %s%s"):format(size(limits.picture), together), result.reason)
    elseif outcome == "forbidden" then
        return refusal("invalid_image_url", why_forbidden(result.reason), result.reason)
    elseif outcome == "unrecorded" then
        return refusal("upstream_error", "no recorded answer for " .. result.call, result.reason)
    elseif WORDS[outcome] then
        return refusal("invalid_image_url", WORDS[outcome], result.reason)
    end
    local err = trouble.of_outcome(result, "link")      -- this gateway's own trouble
    return refusal(err.code, err.message:match "got (.*)$", result.reason)
end

-- Where a redirect from url leads: only another https address, or a path of the same host. -> url | nil
local function target(url, location)
    if location:match "^[hH][tT][tT][pP][sS]://" then
        return location
    elseif location:match "^/" and not location:match "^/[/\\]" then
        local origin = url:match "^%a+://[^/?#\\]+"
        return origin and origin .. location
    end
    return nil
end

local function look_at(result)
    local found = result.picture and host.picture(result.picture)
    if not found then
        return nil, refusal("invalid_image", "something else")
    end
    found.data = result.picture
    return found
end

-- One address. -> picture | nil, refusal, where it leads instead
local function step(url, limits, deadline, shared)
    local function go_out()
        return fanout.wait(host.fetch { url = url, timeout = deadline - host.now(), max = limits.picture, shared = shared })
    end
    local result = tape.exchange(function() return { method = "GET", url = url, headers = {}, picture = true } end, go_out)
    if result.outcome ~= "answered" then
        return nil, unanswered(result, limits, shared)
    end
    local location = MOVED[result.status] and result.headers.location
    if location then
        return nil, refusal("invalid_image_url", "a redirect to something else"), target(url, location)
    elseif result.status ~= 200 then
        return nil, refusal("invalid_image_url", "status " .. result.status)
    end
    return look_at(result)
end

-- What stands in a text as a link, whole: of a long one, the core may have put a mark in the place of a part.
local function address(text)
    local url = host.expand(text, LONGEST)
    if not url then
        return nil, refusal("invalid_image_url", ("one of more than %d bytes"):format(LONGEST))
    elseif url:find "[%c ]" then
        return nil, refusal("invalid_image_url", "one with spaces or control characters")
    end
    return url
end

-- Follows one link; waits. shared: a client's, whose links bring at most limits.body together.
-- -> picture, as host.picture() has it, with data, its mark | nil, { code, words, reason }
function links.follow(text, limits, deadline, shared)
    local url, err = address(text)
    if not url then
        return nil, err
    end
    deadline = math.min(deadline, host.now() + limits.fetch_timeout)
    for hop = 0, REDIRECTS do
        local picture, elsewhere
        picture, err, elsewhere = step(url, limits, deadline, shared)
        if picture then
            return picture
        elseif not elsewhere then
            err.words = err.words .. (hop > 0 and ", after a redirect" or "")
            return nil, err
        end
        url, err = elsewhere, refusal("invalid_image_url", ("more than %d redirects"):format(REDIRECTS))
    end
    return nil, err
end

local EXPECTED = {
    invalid_image_url = "an https:// address that can be fetched", invalid_image = PICTURE, image_too_large = PICTURE,
}

local function fail_of(err, param)
    local result = fail.parameter(err.code, param, EXPECTED[err.code] or "an answer", err.words)
    result.reason = err.reason
    return result
end

-- list: { { url =, param = }, … }, a client's. Fetched side by side; waits.
-- -> the pictures in the same order | nil, the first failure
function links.fetch(list, settings, deadline)
    local work, pictures = {}, {}
    for i, link in ipairs(list) do
        work[i] = function()
            return links.follow(link.url, settings.limits, deadline, true)
        end
    end
    for i, piece in ipairs(fanout.run(work)) do
        if not piece.result then
            return nil, fail_of(piece.err, list[i].param)
        end
        pictures[i] = piece.result
    end
    return pictures
end

-- A link that holds its picture; the type that it declares is not believed. -> picture | nil, fail
function links.data(text, param)
    local head, data = text:match "^([^,]*),(.+)$"
    if not (head and head:lower():match "^data:image/[%w.+-]+;base64$" and host.is_base64(data)) then
        return nil, fail.parameter("invalid_image_url", param, "data:image/…;base64, and strict base64", fail.show(text))
    end
    local found = host.picture(data)
    if not found then
        return nil, fail.parameter("invalid_image", param, PICTURE, "something else")
    end
    found.data = data
    return found
end

return links
