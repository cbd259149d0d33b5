-- pictor.lua - what may a provider call?
--
-- The table `pictor` that modules see: pure helpers, none of which waits or talks
-- to anybody. Misuse throws with the author's line; what the world refuses comes
-- back as nil and a reason. modules/README.md has a row for each.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local host = require "host"
local json = require "json"

local pictor = {
    json = { encode = json.encode, decode = json.decode },
    base64 = { encode = host.base64_encode, decode = host.base64_decode },
    sha256 = host.sha256,
    hmac = host.hmac,
    hex = host.hex,
    rs256 = host.rs256,
    picture = host.picture,
    now = host.time,
}

-- pictor.fail(code, message, { param, retry_after, retry, charged, usage, cost }) -> a fail
function pictor.fail(code, message, more)
    if type(message) ~= "string" then
        error(("pictor.fail: expected a message as text, got %s"):format(fail.show(message)), 2)
    end
    return fail.new(code, message, more)
end

-- pictor.log(level, event, { name = text or number })
function pictor.log(level, event, fields)
    host.log(level, event, fields or {})
end

-- pictor.data_link(picture) -> "data:image/png;base64,…" of one of a job's pictures
function pictor.data_link(picture)
    return ("data:%s;base64,%s"):format(picture.mime, picture.data)
end

-- pictor.data_links(pictures) -> the same of a list of them; of none, a list without entries
function pictor.data_links(pictures)
    local links = {}
    for i, picture in ipairs(pictures or {}) do
        links[i] = pictor.data_link(picture)
    end
    return links
end

-- "https://api.example:8443/v1?x" -> "https", "api.example:8443"; nil when it is no plain address
local function origin(url)
    local scheme, authority = tostring(url):match "^(%a+)://([%w.:%[%]_-]+)"
    if not scheme or tostring(url):find "[%c%s\\@]" then
        return nil
    end
    return scheme:lower(), authority:lower()
end

-- pictor.same_site(url, base, domain) -> boolean: may a key that is for base be sent to url? Yes where scheme and host
-- are base's, and over https to domain and all below it.
function pictor.same_site(url, base, domain)
    local scheme, authority = origin(url)
    local own_scheme, own_authority = origin(base)
    if not scheme then
        return false
    elseif scheme == own_scheme and authority == own_authority then
        return true
    end
    local host_name = authority:gsub(":443$", "")
    return domain ~= nil and scheme == "https" and ("." .. host_name):sub(-#domain - 1) == "." .. domain
end

-- pictor.utc(seconds since 1970) -> "20261125T122200Z"
pictor.utc = host.utc

-- pictor.show(value) -> text: the value as error messages repeat it
pictor.show = fail.show

-- pictor.words(text) -> text: a provider's own words as error messages repeat them
pictor.words = fail.words

return pictor
