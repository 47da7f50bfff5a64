"""What happens in Redis in one step. Times are Redis's own: clocks of nodes need not agree.

Values are `<until>|<content>`, `until` in milliseconds. Keys of one call share a hash tag, so they are on one shard.
"""

HEAD = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function content(value)
  if not value then return nil end
  local bar = string.find(value, '|', 1, true)
  if tonumber(string.sub(value, 1, bar - 1)) < now then return nil end
  return string.sub(value, bar + 1)
end
local function leased(text, seconds) return string.format('%d|%s', now + seconds * 1000, text) end
"""

# KEYS hash; ARGV seconds, then field and content, again and again.
PUT = (
    HEAD
    + """
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], leased(ARGV[i + 1], tonumber(ARGV[1]))) end
"""
)

# KEYS hash; answers field, content … of what is not over.
ALL = (
    HEAD
    + """
local found, out = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #found, 2 do
  local text = content(found[i + 1])
  if text then out[#out + 1] = found[i]; out[#out + 1] = text end
end
return out
"""
)

# KEYS claims; ARGV node, seconds, plugins …; answers 1 or 0 for each. A claim must never have two holders.
CLAIM = (
    HEAD
    + """
local out = {}
for i = 3, #ARGV do
  local holder = content(redis.call('HGET', KEYS[1], ARGV[i]))
  if holder == nil or holder == ARGV[1] then
    redis.call('HSET', KEYS[1], ARGV[i], leased(ARGV[1], tonumber(ARGV[2])))
    out[#out + 1] = 1
  else
    out[#out + 1] = 0
  end
end
return out
"""
)

# KEYS claims, states; ARGV plugin, node, field of the state.
RELEASE = (
    HEAD
    + """
if content(redis.call('HGET', KEYS[1], ARGV[1])) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HDEL', KEYS[2], ARGV[3])
"""
)

# KEYS claims, nodes; ARGV plugin; answers the holder's entry.
HOLDER = (
    HEAD
    + """
local holder = content(redis.call('HGET', KEYS[1], ARGV[1]))
return holder and content(redis.call('HGET', KEYS[2], holder))
"""
)

# KEYS claims, nodes, states; ARGV plugins …; answers for each what its holder tells of it, else what any node that is here does.
STATES = (
    HEAD
    + """
local out, nodes, here = {}, {}, {}
local found = redis.call('HGETALL', KEYS[2])
for i = 1, #found, 2 do
  if content(found[i + 1]) then nodes[#nodes + 1] = found[i]; here[found[i]] = true end
end
for i = 1, #ARGV do
  local holder = content(redis.call('HGET', KEYS[1], ARGV[i]))
  local text = holder and here[holder] and content(redis.call('HGET', KEYS[3], holder .. ' ' .. ARGV[i]))
  for n = 1, #nodes do
    if text then break end
    text = content(redis.call('HGET', KEYS[3], nodes[n] .. ' ' .. ARGV[i]))
  end
  out[i] = text or ''
end
return out
"""
)

# KEYS bucket; ARGV most, rate, wanted; answers how many, and seconds until there is one.
GRANT = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local most, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(most, (tonumber(held[1]) or most) + (now - (tonumber(held[2]) or now)) * rate)
local granted = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens - granted), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(most / rate) + 60)
return {granted, string.format('%.3f', granted > 0 and 0 or (1 - tokens) / rate)}
"""

# KEYS master; ARGV node, seconds; answers the term of this node, or 0.
LEAD = (
    HEAD
    + """
local holder = content(redis.call('HGET', KEYS[1], 'holder'))
if holder ~= nil and holder ~= ARGV[1] then return 0 end
if holder == nil then redis.call('HINCRBY', KEYS[1], 'term', 1) end
redis.call('HSET', KEYS[1], 'holder', leased(ARGV[1], tonumber(ARGV[2])))
return tonumber(redis.call('HGET', KEYS[1], 'term'))
"""
)

# KEYS master, nodes, claims, states, votes; ARGV node, term; answers kind, name … of what was cleared, or nil.
# The fence: a master that slept through its lease finds another holder or term here, and changes nothing.
SWEEP = (
    HEAD
    + """
local holder = content(redis.call('HGET', KEYS[1], 'holder'))
if holder ~= ARGV[1] or redis.call('HGET', KEYS[1], 'term') ~= ARGV[2] then return false end
local out, here = {}, {}
local function each(key, visit)
  local found = redis.call('HGETALL', key)
  for i = 1, #found, 2 do visit(found[i], found[i + 1]) end
end
local function drop(key, field, kind, name)
  redis.call('HDEL', key, field)
  if kind then out[#out + 1] = kind; out[#out + 1] = name end
end
each(KEYS[2], function(id, value)
  if content(value) then here[id] = true else drop(KEYS[2], id, 'node', id) end
end)
each(KEYS[3], function(plugin, value)
  local node = content(value)
  if node == nil or not here[node] then drop(KEYS[3], plugin, 'plugin', plugin) end
end)
local function owner(field) return string.match(field, '^(.-) ') end
each(KEYS[4], function(field, value) if not content(value) or not here[owner(field)] then drop(KEYS[4], field) end end)
each(KEYS[5], function(field, value) if not content(value) or not here[owner(field)] then drop(KEYS[5], field) end end)
return out
"""
)

# KEYS nodes, claims, states, votes; ARGV node.
LEAVE = (
    HEAD
    + """
redis.call('HDEL', KEYS[1], ARGV[1])
local claims = redis.call('HGETALL', KEYS[2])
for i = 1, #claims, 2 do
  if content(claims[i + 1]) == ARGV[1] then redis.call('HDEL', KEYS[2], claims[i]) end
end
for k = 3, 4 do
  for _, field in ipairs(redis.call('HKEYS', KEYS[k])) do
    if string.match(field, '^(.-) ') == ARGV[1] then redis.call('HDEL', KEYS[k], field) end
  end
end
"""
)
