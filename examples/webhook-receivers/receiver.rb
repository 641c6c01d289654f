# Receives webhooks of Clientele: ruby receiver.rb, with WEBHOOK_SECRETS (one or more, separated by
# commas) and PORT. It needs only Ruby's standard library. In an application, use the two functions in the
# middle. The server around them is only good enough for an example.
require 'json'
require 'openssl'
require 'socket'

SECRETS = ENV.fetch('WEBHOOK_SECRETS', '').split(',').reject(&:empty?)

# Seconds that the sender's clock may differ from ours. An older delivery may be a replay.
TOLERANCE = 300
# The ids of handled deliveries: the same delivery may come again. Keep them in your database.
HANDLED = {}

def recent?(timestamp)
  timestamp.match?(/\A[0-9]{1,12}\z/) && (Time.now.to_f - timestamp.to_i).abs <= TOLERANCE
end

def same?(one, other)
  one.bytesize == other.bytesize && OpenSSL.fixed_length_secure_compare(one, other)
end

# Standard Webhooks: the key is the base64 behind whsec_, the message is id.timestamp.body.
def holds_standard?(headers, body)
  id, timestamp = headers.fetch('webhook-id', ''), headers.fetch('webhook-timestamp', '')
  return false if id.empty? || !recent?(timestamp)

  sent = headers.fetch('webhook-signature', '').split(' ')
  SECRETS.any? do |secret|
    key = secret.delete_prefix('whsec_').unpack1('m')
    mac = [OpenSSL::HMAC.digest('SHA256', key, "#{id}.#{timestamp}.".b + body)].pack('m0')
    sent.any? { |one| same?(one, "v1,#{mac}") }
  end
end

# Bond-Signature: t=...,v1=...,v2=...; the key is the whole secret as text, the message is t.body.
def holds_bond?(headers, body)
  parts = headers.fetch('bond-signature', '').split(',').to_h { |part| [*part.split('=', 2), '', ''].first(2) }
  timestamp = parts.fetch('t', '')
  return false unless recent?(timestamp)

  SECRETS.any? do |secret|
    same?(parts.fetch('v2', ''), OpenSSL::HMAC.hexdigest('SHA256', secret, "#{timestamp}.".b + body))
  end
end

# The status to answer, the line to print once it is answered, and the body of the answer.
def receive(headers, body)
  # Without a secret nothing can be verified yet. Clientele sends the delivery again later.
  return ['503 Service Unavailable', nil] if SECRETS.empty?
  return ['401 Unauthorized', nil] unless holds_standard?(headers, body) && holds_bond?(headers, body)

  message = JSON.parse(body)
  # The proof that this URL wants events: the challenge and nothing else.
  return ['200 OK', 'answered the challenge', message['challenge']] if message['event'] == 'webhook.verify'

  id = headers['webhook-id']
  known = HANDLED.key?(id)
  HANDLED[id] = true
  ['204 No Content', known ? "seen before #{id}" : "handled #{id} #{message['event']}"]
end

server = TCPServer.new('127.0.0.1', Integer(ENV.fetch('PORT', '8090')))
$stdout.sync = true
puts "listening on #{server.addr[1]}"
if SECRETS.empty?
  puts "No secret yet. Subscribe http://127.0.0.1:#{server.addr[1]}/ with POST /webhooks, " \
       'then start again with WEBHOOK_SECRETS=whsec_... from its answer.'
end
loop do
  client = server.accept
  client.gets
  headers = {}
  while (line = client.gets) && line != "\r\n"
    name, value = line.chomp.split(':', 2)
    headers[name.downcase] = value.to_s.strip
  end
  # The bytes as they came. JSON that is parsed and written again may differ, and the signature fails.
  body = client.read(headers.fetch('content-length', '0').to_i) || ''
  status, said, content = receive(headers, body)
  # Answer first and work afterwards: a slow answer counts as a failure, and the delivery comes again.
  client.write("HTTP/1.1 #{status}\r\nconnection: close\r\n#{"content-length: #{content.to_s.bytesize}\r\n" unless status.start_with?('204')}\r\n#{content}")
  client.close
  puts said if said
end
