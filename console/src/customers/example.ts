/** A customer of the sandbox, for commands that can be copied. */
export const exampleCustomer = {
  first_name: 'James',
  last_name: 'Bond',
  dob: '1997-12-25',
  email: 'james.bond@example.com',
  addresses: [
    {
      address_type: 'PHYSICAL',
      street: '345 California St.',
      street2: 'Suite 600',
      city: 'San Francisco',
      state: 'CA',
      zip_code: '94104',
      country: 'US',
      is_primary: true,
    },
  ],
} as const;
