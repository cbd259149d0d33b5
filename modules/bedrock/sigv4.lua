-- sigv4.lua - how does a request to AWS show whose it is, without the secret in it?
--
-- AWS's Signature Version 4: what is sent is written down in one agreed way and signed
-- with a key that is made of the secret, the day, the region and the service. The path is
-- percent-encoded as it was sent, that is a second time.
-- SPDX-License-Identifier: MIT

local ALGORITHM = "AWS4-HMAC-SHA256"

local sigv4 = {}

-- Percent-encoded, but for "/" where it divides.
function sigv4.encoded(text, divides)
    return (text:gsub(divides and "[^%w._~/-]" or "[^%w._~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

-- headers: name in lower case -> value. -> the lines, the names
local function header_lines(headers)
    local names, lines = {}, {}
    for name in pairs(headers) do
        names[#names + 1] = name
    end
    table.sort(names)
    for i, name in ipairs(names) do
        lines[i] = ("%s:%s\n"):format(name, headers[name])
    end
    return table.concat(lines), table.concat(names, ";")
end

-- request: method, path (as it is sent), query (likewise, sorted; may be ""), headers (those to be signed, host and
-- x-amz-date among them), hash (of the body). account: id, secret. -> the value of the header authorization
function sigv4.authorization(request, account, region, service)
    local time = request.headers["x-amz-date"]
    local day = time:sub(1, 8)
    local lines, names = header_lines(request.headers)
    local canonical = table.concat({ request.method, sigv4.encoded(request.path, true), request.query, lines, names, request.hash }, "\n")
    local scope = table.concat({ day, region, service, "aws4_request" }, "/")
    local key = "AWS4" .. account.secret
    for _, word in ipairs { day, region, service, "aws4_request" } do
        key = pictor.hmac(key, word)
    end
    local signature = pictor.hmac(key, table.concat({ ALGORITHM, time, scope, pictor.sha256(canonical) }, "\n"))
    return ("%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"):format(ALGORITHM, account.id, scope, names, pictor.hex(signature))
end

return sigv4
