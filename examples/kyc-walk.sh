#!/bin/sh
# Takes one customer through a verification in a sandbox: created, started, asked for a document, passed, locked.
#
#   npm start                       # in another terminal; the first start prints the two values
#   IDENTITY=... AUTHORIZATION=... sh examples/kyc-walk.sh
#
# SERVER_URL names another server than http://127.0.0.1:8080.
set -eu

api="${SERVER_URL:-http://127.0.0.1:8080}/api/v0.1"
: "${IDENTITY:?Set IDENTITY and AUTHORIZATION to an API key of the sandbox}"
: "${AUTHORIZATION:?Set IDENTITY and AUTHORIZATION to an API key of the sandbox}"

# call STATUS METHOD PATH [BODY]: sets $body to the body of the answer. Another status ends the script.
call() {
  answer=$(printf '%s' "${4:-}" | curl --silent --show-error --request "$2" --url "$api$3" \
    --header "Identity: $IDENTITY" --header "Authorization: $AUTHORIZATION" \
    --header 'Content-Type: application/json' --data-binary @- --write-out '\n%{http_code}')
  body=$(printf '%s\n' "$answer" | sed '$d')
  if [ "$(printf '%s\n' "$answer" | tail -n 1)" != "$1" ]; then
    echo "Expected $1, got $(printf '%s\n' "$answer" | tail -n 1): $body" >&2
    exit 1
  fi
}

# member NAME: prints the text member of this name in $body.
member() { printf '%s\n' "$body" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# wait_for STATUS: polls until the verification has this status. The sandbox takes about a second.
wait_for() {
  tries=0
  until [ "$tries" -eq 30 ]; do
    call 200 GET "$verification?program_id=$program"
    if [ "$(member kyc_status)" = "$1" ]; then
      echo "   $1"
      return
    fi
    tries=$((tries + 1))
    sleep 1
  done
  echo "Waited 30 seconds for $1, and it is $(member kyc_status)." >&2
  exit 1
}

echo '1. Create a customer whose SSN makes the sandbox ask for a government id'
call 201 POST /customers '{
  "dob": "1994-03-20", "first_name": "Vesper", "last_name": "Lynd", "ssn": "333-33-3333",
  "phone": "650-123-4567", "email": "vesper.lynd@example.com",
  "addresses": [{
    "address_type": "PHYSICAL", "street": "345 California St.", "street2": "Suite 600",
    "city": "San Francisco", "state": "CA", "zip_code": "94104-2657", "country": "US", "is_primary": true
  }]
}'
customer=$(member customer_id)
verification="/customers/$customer/verification-kyc"
echo "   $customer"

echo '2. Find the program to verify for'
call 200 GET /programs
program=$(printf '%s\n' "$body" | sed -n 's/.*"program_id":"\([^"]*\)","name":"default".*/\1/p')
echo "   $program"

echo '3. Start the verification'
call 201 POST "$verification" "{\"program_id\": \"$program\", \"ip\": \"203.0.113.7\"}"
echo "   $body"

echo '4. A second start is refused while the first one runs'
call 409 POST "$verification" "{\"program_id\": \"$program\"}"
echo "   $body"

echo '5. The provider asks for a document'
wait_for document_required

echo '6. Upload the document'
image='iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
call 200 POST "$verification/documents" "{\"government_id\": {
  \"type\": \"drivers_license\", \"country\": \"US\",
  \"front_image\": {\"file_name\": \"front.png\", \"image\": \"$image\"}
}}"
echo "   $body"

echo '7. The provider decides'
wait_for passed

echo '8. The name is locked now'
call 403 PATCH "/customers/$customer" '{"last_name": "Bond"}'
echo "   $body"

echo '9. The phone is not locked'
call 200 PATCH "/customers/$customer" '{"phone": "650-765-4321"}'
echo "   $(member phone)"

echo '10. Propose the change of the name instead'
call 201 POST "/customers/$customer/change-requests" \
  '{"changes": {"last_name": "Bond"}, "reason": "Married; the certificate was seen."}'
echo "   $body"

call 200 GET "/customers/$customer"
echo "Done. Attempts left: $(printf '%s\n' "$body" | sed -n 's/.*\("kyc_requests_available":[0-9]*\).*/\1/p')"
